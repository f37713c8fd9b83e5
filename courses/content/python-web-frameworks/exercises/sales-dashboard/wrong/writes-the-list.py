# fails: The page has one line chart
import streamlit as st

st.title("Sales Dashboard")

sales = [120, 150, 170, 160]
st.write(sales)
